import type { JobForm } from './job';
import { placeLines, TRAIN } from './script-lines';

/** What each of several machines is told: which it is, and where the first one is found. */
function whichMachine(nodes: number): string[] {
  return [
    `# On each machine: sh start.sh NUMBER HOST:PORT, its number from 0 to ${nodes - 1} and the address of machine 0.`,
    `SFT_NODE=\${1:?say which machine this is, from 0 to ${nodes - 1}}`,
    'SFT_ADDRESS=${2:?give the address of machine 0, such as 10.0.0.1:29500}',
    'export SFT_NODE SFT_ADDRESS',
  ];
}

export const torchrunJob: JobForm = {
  name: 'torchrun',
  summary: 'a script that trains this run on one machine or several, started on each of them',
  make(source, out) {
    const { nodes } = source;
    const several = nodes > 1;
    const script = [
      '#!/bin/sh',
      ...(several ? whichMachine(nodes) : []),
      'set -eu',
      ...placeLines(source, out),
      `exec ${TRAIN}`,
    ];
    return {
      files: new Map([['start.sh', `${script.join('\n')}\n`]]),
      use: several
        ? Array.from({ length: nodes }, (_, node) => `sh start.sh ${node} HOST:29500  # on machine ${node}`)
        : ['sh start.sh'],
      notes: [
        ...(several ? ['HOST is the name or address under which the other machines reach machine 0'] : []),
        'every machine must see the run folder, this folder, the data, the model, Python, Node and SFT Workbench under the same paths',
      ],
    };
  },
};
