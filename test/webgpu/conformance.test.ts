import { openDevice } from '../../src/compute/registry';
import { describeDevice } from '../conformance/suite';

describeDevice('webgpu', () => openDevice('webgpu'));
