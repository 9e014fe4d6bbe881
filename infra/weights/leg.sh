#!/usr/bin/env bash
# Trains the restorer for one more leg: data that no leg before has seen, diagnosed by the reasoner,
# from the weights of the leg before to a learning rate of zero. Each can be stopped and resumed.
#
#   infra/weights/leg.sh photos work 1        # from the weights without guides of commit aff3c38
#   infra/weights/leg.sh photos work 2        # goes on from leg 1; weights in work/restorer-leg-2
#   infra/weights/leg.sh photos work 2 FILE   # goes on from other weights: average.py makes a mean
set -euo pipefail
photographs=${1:?usage: leg.sh PHOTOGRAPHS WORK NUMBER [START]}
work=${2:?usage: leg.sh PHOTOGRAPHS WORK NUMBER [START]}
number=${3:?usage: leg.sh PHOTOGRAPHS WORK NUMBER [START]}

start=${4:-$work/restorer-leg-$((number - 1))/edge-restorer.safetensors}
if [ "$number" = 1 ] && [ -z "${4:-}" ]; then
  mkdir -p "$work"
  git show aff3c38:rr_tasks/weights/edge-restorer.safetensors > "$work/unguided.safetensors"
  start=$work/guided.safetensors
  python infra/weights/add_guides.py "$work/unguided.safetensors" "$start"
fi
shards=$(rr synthesize "$photographs/train" "$work/data" --recipe restorer-v1 --samples 8192 \
  --seed $((100 + number)))
annotations=$(rr annotate "$shards")
rr train restorer "$shards" "$annotations" "$work/restorer-leg-$number" --start "$start" \
  --steps 6000 --learning-rate 6e-4 --spectral-weight 0.1 --seed "$number" --compile  # needs g++
