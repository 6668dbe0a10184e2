// Which of the project's tests run on the systems that this machine stands in for. docs/platforms.md says what came of them, and what is left out.

/** Both run these by their Node and the kernels that are shipped for them. */
const KERNELS = ['src/compute/cpu/cpu-device', 'test/conformance/cpu'];

export const LISTS = {
  'win32-x64': [
    ...['errors', 'files', 'free-memory', 'held-files', 'hub-cache', 'safetensors', 'system-error', 'write-pieces'].map(
      (name) => `src/base/${name}`,
    ),
    ...KERNELS,
    'src/cli/convert',
    'src/cli/count',
    'src/cli/main',
    'src/cli/runs',
    'src/cli/validate',
    'src/config/parse-config',
    'src/config/write-config',
    'src/dataset/check',
    'src/dataset/formats/convert',
    'src/dataset/formats/csv',
    'src/dataset/parquet/parquet',
    'src/dataset/read',
    'src/dataset/split/near-split',
    'src/dataset/split/split',
    'src/dataset/split/split-file',
    'src/editor/chat/conversation',
    'src/editor/config/read-facts',
    'src/runs/folder/claim',
    'src/runs/folder/ratings',
    'src/runs/folder/run-files',
    'src/runs/folder/run-folder',
    'src/runs/folder/run-names',
    'src/runs/read-runs',
    'src/serve/server',
    'src/text/tokenizer',
    'test/chat/server-pool',
    'test/cli/background',
    'test/cli/cancelled-export',
    'test/cli/import',
    'test/cli/kills',
    'test/cli/serve',
    'test/cli/train',
    'test/hub/pull',
    'test/hub/push',
    'test/runs/waiting-runs',
    'test/platforms/loop',
    'test/platforms/places',
  ].map((name) => `${name}.test.ts`),
  'linux-arm64': [...KERNELS, 'src/train/checkpoint', 'test/parity/llama', 'test/platforms/loop'].map(
    (name) => `${name}.test.ts`,
  ),
};
