import type { JobSource } from './job';
import { orElse } from './script-lines';

export const FOLLOW_FILE = 'follow.sh';

/** Between two copies, seconds. */
const PAUSE = 5;

/** A script that copies the run back as it goes on, and sends what is asked of it: for machines that do not see its folder. */
export function followScript({ run }: Pick<JobSource, 'run'>): string {
  const copy = [
    'rsync -az',
    '--exclude=/checkpoints --exclude=/control.json --exclude=/control.sent --exclude=/lock-*',
    "--include=/engine/ --include=/engine/python.log --exclude='/engine/*'",
    '"$HOST:$RUN/" "$HERE/"',
  ].join(' ');
  return `${[
    '#!/bin/sh',
    '# Copies the run back from where it trains, until it is done, and sends there what is asked of it here (stop, pause, resume).',
    '# sh follow.sh HOST [FOLDER]: a name that ssh knows, and where the run is to lie here. Needs rsync on both sides.',
    'set -eu',
    orElse('RUN', run),
    'HOST=${1:?name the machine that it trains on, as ssh knows it}',
    'HERE=${2:-$RUN}',
    'mkdir -p "$HERE"',
    `copy() { ${copy}; }`,
    'while :; do',
    '  if [ -e "$HERE/control.json" ]; then',
    '    # Aside first: what is asked meanwhile is another request.',
    '    mv "$HERE/control.json" "$HERE/control.sent"',
    '    rsync -z "$HERE/control.sent" "$HOST:$RUN/control.json" || mv "$HERE/control.sent" "$HERE/control.json"',
    '  fi',
    '  copy || echo "cannot be reached; trying again" >&2',
    '  if grep -q \'"status":"done"\' "$HERE/state.json" 2>/dev/null; then break; fi',
    `  sleep ${PAUSE}`,
    'done',
    '# What was written before the state said so, and after it was passed.',
    'copy',
    'rm -f "$HERE/control.sent"',
    'echo "the run is done, and all of it is here: $HERE"',
  ].join('\n')}\n`;
}
