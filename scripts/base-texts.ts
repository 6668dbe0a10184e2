import { createRandom, type Random } from '../src/base/random';
import { sumChat } from './base-texts/counting-chat';
import { EVERYDAY_CHAT } from './base-texts/everyday-chat';
import { EVERYDAY_TOPICS } from './base-texts/everyday-prose';
import { Scene } from './base-texts/scene';
import { SERVICE_CHAT } from './base-texts/service-chat';
import { SERVICE_PLANS } from './base-texts/service-prose';
import { useService } from './base-texts/services';

// Texts from which the base model of the example learns fluent sentences: made from the grammar and the word lists in base-texts/.

export interface GeneratedChat {
  readonly question: string;
  readonly answer: string;
}

const SERVICE_TEXTS = 0.6;
const SERVICE_QUESTIONS = 0.7;
const TEXT_WORDS = { min: 40, max: 110 };
const ANSWER_WORDS = { min: 8, max: 45 };
/** Draws after which a repeated item is kept; it ends the search when more is asked for than the grammar holds. */
const MAX_DRAWS = 100;

function countWords(text: string): number {
  return text.split(' ').length;
}

function within(text: string, bounds: { readonly min: number; readonly max: number }): boolean {
  const words = countWords(text);
  return words >= bounds.min && words <= bounds.max;
}

function drawText(random: Random): string {
  const scene = new Scene(random);
  if (scene.chance(SERVICE_TEXTS)) {
    useService(scene);
    return joined(scene.pick(SERVICE_PLANS), scene);
  }
  const topic = scene.pick(EVERYDAY_TOPICS);
  if (topic.table !== undefined) scene.useRow(topic.table);
  return joined(topic.parts, scene);
}

/** One sentence of each part; nothing where a part has no sentence for the facts of the scene. */
function joined(parts: readonly (readonly string[])[], scene: Scene): string {
  const sentences = parts.map((part) => scene.say(part));
  return sentences.includes('') ? '' : sentences.join(' ');
}

function drawChat(random: Random): GeneratedChat {
  const scene = new Scene(random);
  if (scene.chance(SERVICE_QUESTIONS)) {
    useService(scene);
    const { questions, answers } = scene.pick(SERVICE_CHAT);
    return { question: scene.say(questions), answer: scene.say(answers) };
  }
  if (scene.chance(0.06)) return sumChat(scene);
  const { table, questions, answers } = scene.pick(EVERYDAY_CHAT);
  if (table !== undefined) scene.useRow(table);
  return { question: scene.say(questions), answer: scene.say(answers) };
}

function distinct<T>(count: number, draw: () => T, key: (item: T) => string, fits: (item: T) => boolean): T[] {
  const seen = new Set<string>();
  const items: T[] = [];
  while (items.length < count) {
    let item = draw();
    for (let tries = 1; !fits(item) || (seen.has(key(item)) && tries < MAX_DRAWS); tries++) item = draw();
    seen.add(key(item));
    items.push(item);
  }
  return items;
}

/** `count` paragraphs of 40 to 110 words, six in ten about public services; the same seed gives the same paragraphs. */
export function generateTexts(seed: number, count: number): string[] {
  const random = createRandom(seed);
  return distinct(
    count,
    () => drawText(random),
    (text) => text,
    (text) => within(text, TEXT_WORDS),
  );
}

/** `count` questions with casual answers of 8 to 45 words, seven in ten about public services; the same seed gives the same pairs. */
export function generateChat(seed: number, count: number): GeneratedChat[] {
  const random = createRandom(seed);
  return distinct(
    count,
    () => drawChat(random),
    (chat) => `${chat.question}\n${chat.answer}`,
    (chat) => chat.question !== '' && within(chat.answer, ANSWER_WORDS),
  );
}
