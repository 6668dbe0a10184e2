import { SftError } from '../../errors';
import { describeDevice } from '../conformance';
import { createCpuDevice, INSTRUCTION_SETS } from './cpu-device';

for (const isa of INSTRUCTION_SETS) {
  try {
    createCpuDevice({ isa });
  } catch (error) {
    if (error instanceof SftError && error.code === 'unsupported-instruction-set') continue;
    throw error;
  }
  describeDevice(`cpu, ${isa}`, () => createCpuDevice({ isa, threads: 2 }));
}
