import type { JobForm } from './job';
import { skypilotJob } from './skypilot';
import { slurmJob } from './slurm';
import { torchrunJob } from './torchrun';

/** Every way to train a run on other machines. */
export const JOBS: readonly JobForm[] = [slurmJob, skypilotJob, torchrunJob];
