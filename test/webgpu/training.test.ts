import { describeTraining } from '../parity/device-training';
import { fixtureNames } from '../parity/fixture';

/** In bf16, and in 4 bits as bitsandbytes stores them; SFT_WEBGPU_WHOLE=1 holds every family against the reference. */
const FEW = ['llama32', 'nf4'];

describeTraining('webgpu', process.env['SFT_WEBGPU_WHOLE'] === undefined ? FEW : fixtureNames());
