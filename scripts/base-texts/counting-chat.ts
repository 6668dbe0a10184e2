import { naira, type Scene } from './scene';

/** A question with a small sum and its casual answer. */
export function sumChat(scene: Scene): { question: string; answer: string } {
  const a = 2 + scene.random.below(40);
  const b = 2 + scene.random.below(30);
  const price = 50 * (2 + scene.random.below(40));
  const pieces = 2 + scene.random.below(9);
  const [item, unit] = scene.pick([
    ['oranges', 'orange'],
    ['pens', 'pen'],
    ['eggs', 'egg'],
    ['loaves', 'loaf'],
    ['cups', 'cup'],
    ['notebooks', 'notebook'],
  ] as const);
  const question = scene.pick([
    [`what is ${a} plus ${b}?`, `${a} plus ${b} is ${a + b}`],
    [`what is ${a + b} minus ${b}?`, `${a + b} minus ${b} is ${a}`],
    [`what do I pay for ${pieces} ${item} at ${naira(price)} each?`, `that makes ${naira(price * pieces)} altogether`],
    [`{P} has ${a} ${item} and gets ${b} more. how many has {he}?`, `now {he} has ${a + b} ${item}`],
    [`if an item like a ${unit} costs ${naira(price)}, how much are two?`, `two of them are ${naira(price * 2)}`],
  ] as const);
  return {
    question: scene.write(question[0]),
    answer: scene.write(
      `[easy|let me see|okay, let's count]: ${question[1]}. [nice little sum|you can check it on paper|not so hard at all]${scene.chance(0.5) ? '!' : '.'}`,
    ),
  };
}
