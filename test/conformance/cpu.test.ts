import { SftError } from '../../src/base/errors';
import { describeDevice } from './suite';
import { createCpuDevice, INSTRUCTION_SETS } from '../../src/compute/cpu/cpu-device';

for (const isa of INSTRUCTION_SETS) {
  try {
    createCpuDevice({ isa });
  } catch (error) {
    if (error instanceof SftError && error.code === 'unsupported-instruction-set') continue;
    throw error;
  }
  describeDevice(`cpu, ${isa}`, () => createCpuDevice({ isa, threads: 2 }));
}
