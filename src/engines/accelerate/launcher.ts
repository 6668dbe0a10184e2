import path from 'node:path';
import type { ResolvedConfig } from '../../config/config-schema';
import type { Machine } from './machine';
import { findScript } from './python/find-script';
import { threadsEach, type Setting } from './setting';

/** Whether one process trains. */
export function isAlone({ processes, nodes }: Machine): boolean {
  return processes * nodes === 1;
}

/**
 * The script's words that start several processes of it, before those that each is given. Processes of one machine find each other by
 * files: nothing listens for that, which torchrun's store would do on all addresses.
 * @param folder of the engine
 * @param node number of the machine, from 0
 * @param store a folder for those of one machine
 */
export function launcherWords(
  { processes, nodes, address = '' }: Machine,
  folder: string,
  node: string,
  store?: string,
): string[] {
  const [host = '', port = ''] = address.split(':');
  const meeting =
    store === undefined
      ? ['--nnodes', String(nodes), '--node-rank', node, '--master-addr', host, '--master-port', port]
      : [
          '--nnodes',
          '1',
          '--local-addr',
          '127.0.0.1',
          '--rdzv-backend',
          'c10d',
          ...byFiles(path.join(store, 'launcher')),
        ];
  return [findScript('sft_accelerate.py'), 'launch', folder, ...meeting, '--nproc-per-node', String(processes)];
}

function byFiles(file: string): string[] {
  return ['--rdzv-conf', 'store_type=file', '--rdzv-endpoint', file];
}

/** Nothing is fetched, processes of one machine talk over its own loopback alone, and threads are as many as they are asked to be. */
export function environment(device: Setting['device'], machine: Machine, config: ResolvedConfig): NodeJS.ProcessEnv {
  const { processes, nodes } = machine;
  return {
    PYTHONUNBUFFERED: '1',
    PYTHONIOENCODING: 'utf-8',
    HF_HUB_OFFLINE: '1',
    HF_HUB_DISABLE_TELEMETRY: '1',
    TRANSFORMERS_OFFLINE: '1',
    TOKENIZERS_PARALLELISM: 'false',
    // What torchrun would open for its processes beside the files, which need it not.
    ...(nodes === 1 ? { TORCH_DISABLE_SHARE_RDZV_TCP_STORE: '1' } : {}),
    ...(process.platform === 'linux' && nodes === 1
      ? { GLOO_SOCKET_IFNAME: 'lo', NCCL_SOCKET_IFNAME: 'lo', TP_SOCKET_IFNAME: 'lo' }
      : {}),
    ...(device === 'cpu'
      ? { CUDA_VISIBLE_DEVICES: '', DS_ACCELERATOR: 'cpu', OMP_NUM_THREADS: String(threadsEach(config, processes)) }
      : visibleCards(processes)),
  };
}

/** One process is not to take several GPUs, which transformers would spread over. */
function visibleCards(processes: number): NodeJS.ProcessEnv {
  if (process.env['CUDA_VISIBLE_DEVICES'] !== undefined) return {};
  return { CUDA_VISIBLE_DEVICES: Array.from({ length: processes }, (_, i) => i).join(',') };
}
