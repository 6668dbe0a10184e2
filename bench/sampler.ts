import { sampleToken, type SamplingOptions } from '../src/generate/sampler';
import { createRandom } from '../src/base/random';

// npm run bench sampler: milliseconds to choose one token, for vocabularies of 49,152 (SmolLM2) and 128,256 (Llama 3) and logits peaked as
// a trained model's and flat as a random one's.

const DRAWS = 40;
const SETTINGS: Readonly<Record<string, Partial<SamplingOptions>>> = {
  greedy: { do_sample: false },
  'temperature 1': {},
  'top_k 50': { top_k: 50 },
  'top_p 0.9': { top_p: 0.9 },
  'top_k 50, top_p 0.9, temperature 0.7': { top_k: 50, top_p: 0.9, temperature: 0.7 },
};

const random = createRandom(1);
const normal = (): number =>
  Math.sqrt(-2 * Math.log(1 - random.nextFloat())) * Math.cos(2 * Math.PI * random.nextFloat());

console.log(['logits', 'sampling', 'median ms', 'slowest ms'].join('\t'));
for (const vocabulary of [49_152, 128_256]) {
  for (const [kind, deviation] of [
    ['peaked', 3],
    ['flat', 0.1],
  ] as const) {
    const logits = Float32Array.from({ length: vocabulary }, () => deviation * normal());
    for (const [name, values] of Object.entries(SETTINGS)) {
      const options = { do_sample: true, temperature: 1, top_k: 0, top_p: 1, ...values };
      const times = Array.from({ length: DRAWS }, () => {
        const started = performance.now();
        sampleToken(logits, options, () => random.nextFloat());
        return performance.now() - started;
      }).sort((a, b) => a - b);
      const shown = [times[DRAWS / 2]!, times.at(-1)!].map((ms) => ms.toFixed(2));
      console.log([`${vocabulary} ${kind}`, name, ...shown].join('\t'));
    }
  }
}
