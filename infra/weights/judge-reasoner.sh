#!/usr/bin/env bash
# Trains the second reasoner, which judges what the first one's rewards made of the restorer.
#
#   infra/weights/judge-reasoner.sh photos work     # weights in work/judge/calibrated.safetensors
#
# It shares nothing with the first one but photographs: it learns from scratch, from other samples, in
# another width, and it sees other crops and draws no maps. Rewards must never come from it.
set -euo pipefail
photographs=${1:?usage: judge-reasoner.sh PHOTOGRAPHS WORK}
work=${2:?usage: judge-reasoner.sh PHOTOGRAPHS WORK}
synthesize() { rr synthesize "$photographs/train" "$work/data" --recipe reasoner-v2 "$@"; }

mkdir -p "$work"
python infra/weights/begin.py reasoner "$work/judge-begun.safetensors" --widths 32 64 128 \
  --hidden 256 --looks 6 --seed 7
shards=$(synthesize --samples 6144 --seed 71)
trained=$(rr train reasoner "$shards" "$work/judge" --start "$work/judge-begun.safetensors" \
  --steps 2400 --batch-size 32 --learning-rate 2e-3 --seed 7 --compile)  # needs g++
other=$(synthesize --samples 1024 --seed 72)
python infra/weights/calibrate.py "$trained" "$other" "$work/judge/calibrated.safetensors"
rr assess "$photographs/heldout" "$work/judge-assessment" \
  --reasoner "$work/judge/calibrated.safetensors"
