#!/usr/bin/env bash
# The workers of any MPI, then the end:
#   ./mpi.sh plan.json /shared/out -n 8 --hostfile hosts
# What follows the folder is for mpirun. The program needs no MPI itself; it reads which worker it is from what mpirun sets.
set -euo pipefail
plan="${1:?the plan}" out="${2:?the folder of the model}"
candle_init="${CANDLE_INIT:-candle-init}"

"${MPIRUN:-mpirun}" "${@:3}" "$candle_init" make "$plan" -o "$out" --launcher auto
"$candle_init" finish "$plan" -o "$out"
