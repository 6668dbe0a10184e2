import { describeTraining } from '../parity/device-training';
import { fixtureNames } from '../parity/fixture';

/** SFT_TFJS_WHOLE=1 holds every family against the reference. */
const FEW = ['llama32', 'nf4'];

describeTraining('tfjs', process.env['SFT_TFJS_WHOLE'] === undefined ? FEW : fixtureNames());
