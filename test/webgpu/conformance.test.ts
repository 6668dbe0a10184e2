import { describe } from 'node:test';
import { openDevice } from '../../src/compute/registry';
import { describeDevice } from '../conformance/suite';

if (process.env['SFT_WEBGPU_WHOLE'] === undefined) {
  describe('webgpu, all of conformance', { skip: 'SFT_WEBGPU_WHOLE is not set: it takes minutes' });
} else describeDevice('webgpu', () => openDevice('webgpu'));
