#!/usr/bin/env bash
# Repeats the training of a restorer without guides, like the one from which the legs of the shipped
# one go on (leg.sh): about four hours on two cores. Stop it whenever you like; every step resumes
# where it stopped.
#
#   python infra/photos/obtain.py photos                 # the photographs, checked by sha256
#   infra/weights/unguided-restorer.sh photos work       # weights in work/unguided
set -euo pipefail
photographs=${1:?usage: unguided-restorer.sh PHOTOGRAPHS WORK}
work=${2:?usage: unguided-restorer.sh PHOTOGRAPHS WORK}

# Its diagnoses are those of the release that drew no maps.
mkdir -p "$work"
reasoner=$work/before.safetensors
git show aff3c38:rr_tasks/weights/edge-reasoner.safetensors > "$reasoner"

shards=$(rr synthesize "$photographs/train" "$work/data" --samples 4096)
annotations=$(rr annotate "$shards" --reasoner "$reasoner")
begun=$work/unguided-begun.safetensors  # rr train restorer would begin with guides
python infra/weights/begin.py restorer "$begun"
start=$(rr train restorer "$shards" "$annotations" "$work/unguided-first" --start "$begun" \
  --steps 7000)
more=$(rr synthesize "$photographs/train" "$work/data" --samples 8192 --seed 11)
annotations=$(rr annotate "$more" --reasoner "$reasoner")
second=$(rr train restorer "$more" "$annotations" "$work/unguided-second" --start "$start" \
  --steps 10500 --learning-rate 7e-4 --compile)  # needs g++; without --compile it takes longer
other=$(rr synthesize "$photographs/train" "$work/data" --samples 8192 --seed 31)
annotations=$(rr annotate "$other" --reasoner "$reasoner")
rr train restorer "$other" "$annotations" "$work/unguided" --start "$second" \
  --steps 8000 --learning-rate 5e-4 --compile
