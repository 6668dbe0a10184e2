// What the compiled kernels are made of: their machine instructions, counted by what they do, as they stand in the code and not as often
// as they run. Tells whether products use tensor cores, whether anything goes through local memory, and what addressing costs.
import { spawnSync } from 'node:child_process';

/** By the names of NVIDIA's instruction sets from sm_75 to sm_120 (CUDA Binary Utilities, Instruction Set Reference). */
const KINDS = {
  'tensor cores': /^(?:[A-Z]*MMA|UTC[A-Z]*MMA)$/,
  fp32: /^(?:FFMA2?|FADD2?|FMUL2?|FMNMX3?|FSETP?|FSEL|FCHK|FSWZADD|MUFU|HFMA2|HADD2|HMUL2)$/,
  conversion: /^(?:F2F|F2FP|F2I|I2F|I2FP|FRND|F2IP)$/,
  'global memory': /^(?:LDG|STG|LD|ST|RED|REDG|ATOM|ATOMG|LDGSTS)$/,
  'shared memory': /^(?:LDS|STS|LDSM|STSM|ATOMS)$/,
  'local memory': /^(?:LDL|STL)$/,
  barriers: /^(?:BAR|WARPSYNC|DEPBAR|LDGDEPBAR|MEMBAR|SYNCS|SHFL|VOTE)$/,
};
const NAMES = [...Object.keys(KINDS), 'integers and control'];

/**
 * @param {string} nvdisasm the program
 * @param {string} cubin a file of compiled kernels
 * @returns {Map<string, Map<string, number>> | undefined} by kernel, how many instructions of each kind; undefined where it cannot be read
 */
export function instructionsOf(nvdisasm, cubin) {
  const { stdout, status } = spawnSync(nvdisasm, ['-c', cubin], { encoding: 'utf8', maxBuffer: 1 << 30 });
  if (status !== 0) return undefined;
  const kernels = new Map();
  let counts;
  for (const line of stdout.split('\n')) {
    const section = /^\s*\.section\s+\.text\.sft_(\w+)/.exec(line);
    if (section !== null) kernels.set(section[1], (counts = new Map(NAMES.map((name) => [name, 0]))));
    const name = /^\s+\/\*[0-9a-f]+\*\/\s+(?:@!?U?P\w+ )?([A-Z][A-Z0-9]*)/.exec(line)?.[1];
    if (name === undefined || name === 'NOP') continue;
    const kind = Object.keys(KINDS).find((one) => KINDS[one].test(name)) ?? 'integers and control';
    counts?.set(kind, counts.get(kind) + 1);
  }
  return kernels;
}

/** Rows of a table in Markdown. @param {Map<string, Map<string, number>>} kernels as instructionsOf gives them */
export function instructionTable(kernels) {
  const rows = [...kernels]
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([kernel, counts]) => {
      const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
      const shares = NAMES.map((name) => {
        const share = (100 * counts.get(name)) / total;
        return counts.get(name) > 0 && share < 0.5 ? '<1%' : `${Math.round(share)}%`;
      });
      return `| ${[kernel, total.toLocaleString('en-US'), ...shares].join(' | ')} |`;
    });
  const head = ['kernel', 'instructions', ...NAMES];
  return [`| ${head.join(' | ')} |`, `| --- |${' ---: |'.repeat(head.length - 1)}`, ...rows];
}
