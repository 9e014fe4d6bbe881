#!/usr/bin/env bash
# Repeats the training of the shipped restorer on a CPU: about four hours on two cores.
# Stop it whenever you like; every step resumes where it stopped.
#
#   python infra/photos/obtain.py photos      # the photographs, checked by sha256
#   infra/weights/train.sh photos work        # weights in work/restorer
set -euo pipefail
photographs=${1:?usage: train.sh PHOTOGRAPHS WORK}
work=${2:?usage: train.sh PHOTOGRAPHS WORK}

# The reasoner was trained by this script of commit aff3c38; reasoner.sh goes on with it.
mkdir -p "$work"
reasoner=$work/reasoner.safetensors
git show aff3c38:rr_tasks/weights/edge-reasoner.safetensors > "$reasoner"

shards=$(rr synthesize "$photographs/train" "$work/data" --samples 4096)
annotations=$(rr annotate "$shards" --reasoner "$reasoner")
start=$(rr train restorer "$shards" "$annotations" "$work/restorer-first" --steps 7000)
more=$(rr synthesize "$photographs/train" "$work/data" --samples 8192 --seed 11)
annotations=$(rr annotate "$more" --reasoner "$reasoner")
second=$(rr train restorer "$more" "$annotations" "$work/restorer-second" --start "$start" \
  --steps 10500 --learning-rate 7e-4 --compile)  # needs g++; without --compile it takes longer
other=$(rr synthesize "$photographs/train" "$work/data" --samples 8192 --seed 31)
annotations=$(rr annotate "$other" --reasoner "$reasoner")
restorer=$(rr train restorer "$other" "$annotations" "$work/restorer" --start "$second" \
  --steps 8000 --learning-rate 5e-4 --compile)

rr assess "$photographs/heldout" "$work/assessment" --reasoner "$reasoner"
rr evaluate "$photographs/heldout" "$work/evaluation" --reasoner "$reasoner" --restorer "$restorer"
