import { realpathSync } from 'node:fs';
import { loadSweep } from '../config/parse-config';
import { requireTunable } from '../runs/require-tunable';
import { findDevice } from '../runs/run-device';
import { launchSweep } from '../runs/sweep/launch-sweep';
import { openMembers, type Member } from '../runs/sweep/members';
import { runSweep } from '../runs/sweep/run-sweep';
import { readResult, verdict, type MemberResult } from '../runs/sweep/sweep-results';
import { SftError } from '../base/errors';
import { stopOnSignal } from './interrupt';
import { loadChecked } from './load-checked';
import { DEVICE_OPTIONS, deviceOf, deviceWords } from './open-device';
import { onlyPositional } from './option-values';
import { Progress } from './progress';
import { sweepTable } from './sweep-table';
import type { Invocation, Verb } from './verb';

export const sweepVerb: Verb = {
  name: 'sweep',
  summary: 'train a run for each value in a list, and compare the runs',
  usage: 'sft sweep CONFIG [--detach] [options]',
  options: {
    detach: { type: 'boolean', help: 'train in the background: print the run folders and return' },
    ...DEVICE_OPTIONS,
  },
  teach: `CONFIG is sft.config.json with the values to try:

  "sweep": { "learning_rate": [1e-4, 2e-4, 4e-4] }

makes three runs, one after the other; with a second key, a run of every combination. Each is an ordinary run with a label of its own, and
the last lines compare them: which answered the test questions best, and whether the difference is certain. Ctrl-C saves and stops; the same command
continues where it stopped and repeats nothing that is done.

  sft sweep sft.config.json
  sft sweep sft.config.json --detach`,
  async run(invocation) {
    const { positionals, options, json, terminal } = invocation;
    if (options['detach'] === true) return detach(invocation);
    const file = onlyPositional(positionals, 'CONFIG');
    const sweep = await loadChecked(loadSweep, file, options);
    const device = deviceOf(sweep[0]!.config, options);
    // What cannot be trained is told before there are runs that failed for it.
    const { traits } = await findDevice({ config: sweep[0]!.config, configFile: file }, device);
    for (const { config, values } of sweep) await requireTunable(config, file, traits, Object.keys(values));
    const members = await openMembers(sweep, file);
    const stop = stopOnSignal(() => {
      terminal.log('saving and stopping; press Ctrl-C again to stop at once');
    });
    let shown: { readonly member: Member; readonly progress: Progress } | undefined;
    const progressOf = (member: Member): Progress => {
      if (shown?.member === member) return shown.progress;
      shown?.progress.end();
      const at = `${members.indexOf(member) + 1} of ${members.length}`;
      terminal.log(`run ${at}: ${member.label} (${member.folder.path})`);
      shown = { member, progress: new Progress(terminal) };
      return shown.progress;
    };
    let finished: boolean;
    try {
      finished = await runSweep(members, {
        device,
        signal: stop.signal,
        onEvent: (member, event) => {
          progressOf(member).show(event);
          if (json) terminal.out(JSON.stringify({ member: member.label, ...event }));
        },
        onProgress: (member, text) => {
          progressOf(member).doing(text);
        },
        onNote: (member, text) => {
          terminal.log(`${member.label}: ${text}`);
        },
      });
    } finally {
      shown?.progress.end();
      stop.end();
    }
    const results = await resultsOf(members);
    if (json) terminal.out(JSON.stringify({ type: 'sweep', finished, runs: results, verdict: verdict(results) }));
    else terminal.out(...sweepTable(results));
    if (!finished) {
      if (!json) terminal.out(`stopped; resume with: sft sweep ${file}`);
      return 0;
    }
    return results.length === members.length && results.every(({ status }) => status === 'done') ? 0 : 1;
  },
};

/** Of runs that somebody deleted meanwhile there are none. */
async function resultsOf(members: readonly Member[]): Promise<MemberResult[]> {
  const read = await Promise.all(
    members.map((member) =>
      readResult(member).catch((error: unknown) => {
        if (error instanceof SftError) return undefined;
        throw error;
      }),
    ),
  );
  return read.filter((result) => result !== undefined);
}

async function detach({ positionals, options, json, terminal }: Invocation): Promise<0> {
  const configFile = onlyPositional(positionals, 'CONFIG');
  const members = await loadChecked(loadSweep, configFile, options);
  const command = { execPath: process.execPath, entry: realpathSync(process.argv[1]!) };
  const launched = await launchSweep({ members, configFile, command, options: deviceWords(options) });
  const runs = launched.members.map(({ label, folder }) => ({ label, run: folder.path }));
  if (json) terminal.out(JSON.stringify({ started: launched.started, runs }));
  else for (const { label, run } of runs) terminal.out(`${run}  ${label}`);
  if (!launched.started) terminal.log('nothing to start: each of these runs is done or in progress');
  return 0;
}
