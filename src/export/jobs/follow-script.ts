import type { JobSource } from './job';
import { orElse } from './script-lines';

export const FOLLOW_FILE = 'follow.sh';

/** Between two copies, seconds. */
const PAUSE = 5;

/** A script that copies the run back as it goes on, and sends what is asked of it: for machines that do not see its folder. */
export function followScript({ run }: Pick<JobSource, 'run'>): string {
  const copy = [
    'rsync -az "$@"',
    '--exclude=/control.json --exclude=/control.sent --exclude=/lock-*',
    "--include=/engine/ --include=/engine/python.log --exclude='/engine/*'",
    '"$HOST:$RUN/" "$HERE/"',
  ].join(' ');
  return `${[
    '#!/bin/sh',
    '# Copies the run back from the machine that trains it until it is over, and forwards requests made here (stop, pause, resume).',
    '# sh follow.sh HOST [FOLDER]: a name that ssh knows, and the folder for the run here. Needs rsync on both sides.',
    'set -eu',
    orElse('RUN', run),
    'HOST=${1:?name the machine that it trains on, as ssh knows it}',
    'HERE=${2:-$RUN}',
    'BEGUN=no',
    'mkdir -p "$HERE"',
    `copy() { ${copy}; }`,
    `status() { sed -n 's/.*"status":"\\([a-z]*\\)".*/\\1/p' "$HERE/state.json" 2>/dev/null | head -n 1; }`,
    'while :; do',
    '  if [ -e "$HERE/control.json" ]; then',
    '    # Aside first: what is asked meanwhile is another request, and the newer one counts.',
    '    mv "$HERE/control.json" "$HERE/control.sent"',
    '    rsync -z "$HERE/control.sent" "$HOST:$RUN/control.json" || [ -e "$HERE/control.json" ] ||',
    '      mv "$HERE/control.sent" "$HERE/control.json"',
    '  fi',
    '  copy --exclude=/checkpoints || echo "cannot be reached; trying again" >&2',
    '  case "$(status)" in',
    '    done) break ;;',
    '    # Before it is started there it is stopped too.',
    '    stopped | failed) [ "$BEGUN" = no ] || break ;;',
    '    ?*) BEGUN=yes ;;',
    '  esac',
    `  sleep ${PAUSE}`,
    'done',
    '# What was written before the state said so, and after it was passed; and the checkpoints.',
    'copy',
    'rm -f "$HERE/control.sent"',
    'echo "the run is $(status), and all its files are here: $HERE"',
  ].join('\n')}\n`;
}
