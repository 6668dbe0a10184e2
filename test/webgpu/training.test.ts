import { describeTraining } from '../parity/device-training';
import { fixtureNames } from '../parity/fixture';

const isWanted = process.env['SFT_WEBGPU_WHOLE'] !== undefined;
describeTraining('webgpu', fixtureNames(), !isWanted && 'SFT_WEBGPU_WHOLE is not set: it takes minutes');
