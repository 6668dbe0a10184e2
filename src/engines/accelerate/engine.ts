import os from 'node:os';
import path from 'node:path';
import { ownIdentity } from '../../base/process-identity';
import { writeFileAtomic } from '../../base/files';
import { CPU_TRAITS } from '../../compute/cpu/cpu-device';
import { methodOf } from '../../tuning/registry';
import type { Engine, OpenResult, ResultJob, RunPlace, Training, TrainingJob } from '../engine';
import { AskedModels } from './asked-models';
import { CONTRACT, type EngineJob } from './contract';
import { EngineFolder } from './engine-folder';
import { EventTail } from './event-tail';
import { handOver } from './hand-over';
import { removeNodeScript, writeNodeScript } from './node-script';
import { killRanks, Processes } from './processes';
import { deviceInfo, readSetting, threadsEach, type Setting } from './setting';
import { sizesOf, writeStart, type Sizes } from './start';
import { AccelerateTraining, isTold, toldEvent } from './training';

/** Trains in Python, with PyTorch, PEFT and accelerate: one process or several, on GPUs or the processor. */
export const accelerateEngine: Engine = {
  name: 'accelerate',
  find: async (place) => deviceInfo(await readSetting(place)),
  open,
  openResult,
};

async function open(job: TrainingJob): Promise<Training> {
  const { config, from, places } = job;
  const setting = await readSetting(job);
  const folder = EngineFolder.of(job.run);
  const sizes = sizesOf(job, CPU_TRAITS);
  // Of a worker that was killed: what its processes did since then, up to their end, is not lost.
  await killRanks(folder);
  // Before job.json says whose the next one is.
  await removeNodeScript(folder);
  const tail = new EventTail(folder);
  const planned = await handOver(folder, job, {
    ...jobFile(job, setting, folder, sizes),
    samples: samplesOf(job, sizes),
  });
  if (from === undefined) await writeStart(job, folder.adapterStart);
  for (const event of tail.events()) if (isTold(event)) job.report(toldEvent(event, { job, planned }));
  tail.restart();
  folder.forget();
  const words = from === undefined ? [] : ['--from', places.checkpoint(from)];
  const others = await writeNodeScript(folder, setting, config, words);
  if (others !== undefined) job.report({ type: 'warning', message: others });
  const processes = Processes.train(folder, setting, config, words);
  const training = new AccelerateTraining({ job, folder, tail, processes, planned, sizes, traits: CPU_TRAITS });
  try {
    await training.begin();
    return training;
  } catch (error) {
    await training.close();
    throw error;
  }
}

async function openResult(job: ResultJob): Promise<OpenResult> {
  const setting = await readSetting(job);
  const folder = EngineFolder.of(job.run);
  await killRanks(folder);
  folder.forget();
  const sizes = sizesOf({ ...job, train: [] }, CPU_TRAITS);
  const file = {
    ...jobFile(job, setting, folder, sizes),
    samples: [],
    processes: 1,
    sharding: 'none',
    offload: false,
    unsloth: false,
  };
  await writeFileAtomic(folder.job, `${JSON.stringify(file, null, 2)}\n`);
  return new AskedModels(job, folder, Processes.answer(folder, setting, job.config), sizes.context);
}

function jobFile(
  { config, model, run }: RunPlace & Pick<TrainingJob, 'model'>,
  { device, machine }: Setting,
  folder: EngineFolder,
  sizes: Sizes,
): Omit<EngineJob, 'samples'> {
  const { form } = methodOf(config);
  const checkpoints = path.join(run, 'checkpoints');
  return {
    contract: CONTRACT,
    config,
    model: model.modelDir,
    adapter_start: form === 'adapter' ? folder.adapterStart : null,
    tensors: form === 'model' ? sizes.trained : null,
    checkpoints,
    best: path.join(checkpoints, 'best'),
    result: path.join(run, form),
    stop_token_ids: model.chat.stopTokenIds,
    device,
    processes: machine.nodes * machine.processes,
    sharding: machine.sharding,
    offload: machine.offload,
    unsloth: machine.unsloth,
    threads: threadsEach(config, machine.processes),
    timeout: machine.timeout,
    owner: { ...ownIdentity(), host: os.hostname() },
  };
}

function samplesOf({ samples, model, config }: TrainingJob, { context }: Sizes): EngineJob['samples'] {
  return samples.map((sample) => {
    const ids = model.chat.encodeQuestion(sample);
    return { ids, room: Math.max(0, Math.min(config.max_new_tokens, context - ids.length)) };
  });
}
