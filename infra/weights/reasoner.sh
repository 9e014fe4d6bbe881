#!/usr/bin/env bash
# Repeats the training of the shipped reasoner, from the release that drew no maps and knew one light.
# Stop it whenever you like; every step resumes where it stopped.
#
#   infra/weights/reasoner.sh photos work     # weights in work/reasoner
set -euo pipefail
photographs=${1:?usage: reasoner.sh PHOTOGRAPHS WORK}
work=${2:?usage: reasoner.sh PHOTOGRAPHS WORK}
synthesize() { rr synthesize "$photographs/train" "$work/data" "$@"; }

mkdir -p "$work"
git show aff3c38:rr_tasks/weights/edge-reasoner.safetensors > "$work/before.safetensors"
python infra/weights/grow.py "$work/before.safetensors" "$work/grown.safetensors"

# The heads learn first, because at random they would make the trunk unlearn what it knows.
physical=$(synthesize --recipe reasoner-v1 --samples 8192 --seed 51)
python infra/weights/heads.py "$work/grown.safetensors" "$work/heads-first.safetensors" \
  "$work/heads-first" "$physical" --steps 500
both=$(synthesize --recipe reasoner-v2 --samples 4096 --seed 61)
python infra/weights/heads.py "$work/heads-first.safetensors" "$work/heads.safetensors" \
  "$work/heads" "$both" --steps 500

more=$(synthesize --recipe reasoner-v2 --samples 16384 --seed 64)
trained=$(rr train reasoner "$more" "$work/reasoner" --start "$work/heads.safetensors" --seed 3 \
  --steps 3600 --batch-size 32 --learning-rate 8e-4 --compile)  # needs g++
other=$(synthesize --recipe reasoner-v2 --samples 2048 --seed 65)
python infra/weights/calibrate.py "$trained" "$other" "$work/reasoner/calibrated.safetensors"
rr assess "$photographs/heldout" "$work/assessment" --reasoner "$work/reasoner/calibrated.safetensors"
