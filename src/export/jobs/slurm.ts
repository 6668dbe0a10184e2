import path from 'node:path';
import { jobName, type JobForm } from './job';
import { placeLines, TRAIN } from './script-lines';

/** So long before its time is up the job is told, seconds: a step ends and a checkpoint is written. */
const WARNING = 120;
/** Cores that a process is given: data and checkpoints are prepared beside a GPU. */
const CORES = 4;

export const slurmJob: JobForm = {
  name: 'slurm',
  summary: 'a batch job for Slurm that trains this run on one node or several',
  make(source, out) {
    const { title, run, gpus, gpu, nodes, processes } = source;
    const script = [
      '#!/bin/bash',
      `#SBATCH --job-name=${jobName(title)}`,
      `#SBATCH --nodes=${nodes}`,
      '#SBATCH --ntasks-per-node=1',
      `#SBATCH --cpus-per-task=${processes * CORES}`,
      ...(gpus ? [`#SBATCH --gpus-per-node=${gpu === undefined ? '' : `${gpu}:`}${processes}`] : []),
      `#SBATCH --output="${path.join(run, 'slurm-%j.txt')}"`,
      `#SBATCH --signal=TERM@${WARNING}`,
      '# Remove one # of a line to say these:',
      '##SBATCH --time=04:00:00',
      '##SBATCH --partition=NAME',
      'set -eu',
      ...placeLines(source, out),
      'SFT_NODES=$SLURM_NNODES',
      'SFT_ADDRESS=$(scontrol show hostnames "$SLURM_JOB_NODELIST" | head -n 1):$((20000 + SLURM_JOB_ID % 10000))',
      'export SFT_NODES SFT_ADDRESS',
      '# A node that fails ends the others; once the run is over on one of them the others have a minute.',
      // Since 22.05 srun does not take it over from the job.
      `srun --cpus-per-task="$SLURM_CPUS_PER_TASK" --kill-on-bad-exit=1 --wait=60 sh -c 'SFT_NODE=$SLURM_NODEID; export SFT_NODE; exec ${TRAIN}'`,
    ];
    return {
      files: new Map([['job.sbatch', `${script.join('\n')}\n`]]),
      use: ['sbatch job.sbatch'],
      notes: [
        'every node must see the run folder, this folder, the data, the model, Python, Node and SFT Workbench under the same paths',
        `${WARNING} s before its time limit the job is told to save and stop; submit it again to continue from there`,
      ],
    };
  },
};
