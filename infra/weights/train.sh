#!/usr/bin/env bash
# Repeats the training of the shipped weights on a CPU: about five hours on two cores.
# Stop it whenever you like; every step goes on where it ended.
#
#   python infra/photos/obtain.py photos      # the photographs, checked by sha256
#   infra/weights/train.sh photos work        # weights in work/reasoner and work/restorer
set -euo pipefail
photographs=${1:?usage: train.sh PHOTOGRAPHS WORK}
work=${2:?usage: train.sh PHOTOGRAPHS WORK}

shards=$(rr synthesize "$photographs/train" "$work/data" --samples 4096)
first=$(rr train reasoner "$shards" "$work/reasoner-first" --steps 4000)
annotations=$(rr annotate "$shards" --reasoner "$first")
rr train reasoner "$shards" "$work/reasoner" --start "$first" --steps 3000 --learning-rate 1e-3
start=$(rr train restorer "$shards" "$annotations" "$work/restorer-first" --steps 7000)
more=$(rr synthesize "$photographs/train" "$work/data" --samples 8192 --seed 11)
annotations=$(rr annotate "$more" --reasoner "$work/reasoner/edge-reasoner.safetensors")
rr train restorer "$more" "$annotations" "$work/restorer" --start "$start" \
  --steps 10500 --learning-rate 7e-4 --compile  # needs g++; without --compile it takes longer
rr evaluate "$photographs/heldout" "$work/evaluation" \
  --reasoner "$work/reasoner/edge-reasoner.safetensors" \
  --restorer "$work/restorer/edge-restorer.safetensors"
