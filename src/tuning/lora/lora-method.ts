import { ADAPTER_WEIGHTS } from '../adapter-config';
import type { TuningMethod } from '../method';
import { loadPeftAdapter } from './load-peft-adapter';
import { LoraAdapter } from './lora-adapter';
import { loraConfigOf } from './lora-config';

/** LoRA (Hu et al. 2021): two thin matrices beside frozen projections. */
export const loraMethod: TuningMethod = {
  name: 'lora',
  form: 'adapter',
  weightsFile: ADAPTER_WEIGHTS,
  create: (target, config) => new LoraAdapter(target, loraConfigOf(config, target)),
  adapters: {
    peftType: 'LORA',
    load: loadPeftAdapter,
  },
};
