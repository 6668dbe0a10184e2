import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { atLeastOne } from '../../../test/at-least-one';
import { CONFIG_SCHEMA } from '../../config/config-schema';
import { isTaughtKey } from '../../config/teach';
import { anchorOf, TERMS } from '../../config/teaching/terms';

interface Step {
  readonly id: string;
  readonly description: string;
  readonly media: { readonly markdown: string };
  readonly completionEvents: readonly string[];
}

const { contributes } = JSON.parse(readFileSync('package.json', 'utf8')) as {
  contributes: {
    commands: readonly { readonly command: string }[];
    walkthroughs: readonly { readonly id: string; readonly steps: readonly Step[] }[];
  };
};
const commands = new Set(contributes.commands.map((entry) => entry.command));
const glossary = readFileSync('docs/glossary.md', 'utf8');
const headings = [...glossary.matchAll(/^## (.*)$/gm)].map((match) => match[1]!);

/** The anchors of a page, as VS Code's Markdown forms them. */
function anchors(file: string): Set<string> {
  return new Set([...readFileSync(file, 'utf8').matchAll(/^#+ (.*)$/gm)].map((match) => anchorOf(match[1]!)));
}

describe('the glossary', () => {
  it('lists its terms in order, each once, in 15 to 75 words', () => {
    const sorted = headings.toSorted((a, b) => a.localeCompare(b, 'en', { sensitivity: 'base' }));
    assert.ok(headings.length > 40, `${headings.length} terms`);
    assert.deepEqual(headings, sorted);
    assert.equal(new Set(headings.map(anchorOf)).size, headings.length);
    for (const part of glossary.split(/^## /m).slice(1)) {
      const text = part.slice(part.indexOf('\n')).trim();
      const words = text.split(/\s+/).length;
      assert.ok(words >= 15 && words <= 75, `${part.split('\n')[0]!}: ${words} words`);
    }
  });

  it('has every term that a key of the configuration names', () => {
    for (const [key, terms] of Object.entries(TERMS)) {
      for (const term of atLeastOne(terms)) assert.ok(headings.includes(term), `${key}: ${term}`);
    }
  });

  it('is reached from every key that is about more than paths and plumbing', () => {
    const plain = new Set(['$schema', 'name', 'output_dir', 'shuffle', 'device', 'threads']);
    for (const key of Object.keys(CONFIG_SCHEMA.properties)) {
      assert.ok(isTaughtKey(key));
      assert.equal(TERMS[key] === undefined, plain.has(key), key);
    }
  });
});

describe('the pages of docs', () => {
  const pages = readdirSync('docs', { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.md'));
  for (const page of atLeastOne(pages)) {
    it(`${page}: every link leads somewhere`, () => {
      const file = path.join('docs', page);
      const text = readFileSync(file, 'utf8').replaceAll(/```[\s\S]*?```|`[^`\n]*`/g, '');
      for (const [, target = ''] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
        if (/^[a-z]+:/.test(target)) continue;
        const [name = '', anchor] = target.split('#');
        const wanted = name === '' ? file : path.join(path.dirname(file), name);
        assert.ok(existsSync(wanted), `${target} is not there`);
        if (anchor !== undefined) assert.ok(anchors(wanted).has(anchor), `${target} has no such heading`);
      }
    });
  }
});

describe('the walkthrough', () => {
  const [walkthrough] = contributes.walkthroughs;
  assert.equal(walkthrough?.id, 'sft.learn');
  for (const { id, description, media, completionEvents } of atLeastOne(walkthrough.steps)) {
    it(`${id}: its page is there, and its links run commands of ours`, () => {
      assert.equal(media.markdown, `docs/learn/${id}.md`);
      assert.ok(existsSync(media.markdown));
      const links = [...description.matchAll(/\]\(command:([\w.]+)(?:\?([^)]*))?\)/g)];
      assert.ok(links.length > 0);
      for (const [, command = '', argument] of links) {
        assert.ok(commands.has(command), command);
        if (argument === undefined) continue;
        const [value] = JSON.parse(decodeURIComponent(argument)) as [string];
        if (command === 'sft.learn.readPage') assert.equal(value, id);
        else {
          assert.equal(command, 'sft.showGlossary');
          assert.ok(anchors('docs/glossary.md').has(value), value);
        }
      }
      // In a window of 1280 pixels with its side bar VS Code shows no page beside the steps, and descriptions are no Markdown but for links.
      assert.ok(description.includes(' [Read more](command:sft.learn.readPage?'), 'its page can be opened');
      assert.doesNotMatch(description, /[`*]/);
      // VS Code makes a button of a link that stands on a line of its own. Its command may come to nothing, so that the step is ticked off
      // when the key is true that is set on success; the glossary is always there.
      const button = /\n\[[^\]]+\]\(command:([\w.]+)\)$/.exec(description)?.[1];
      assert.ok(button !== undefined && commands.has(button));
      assert.deepEqual(completionEvents, [
        button === 'sft.showGlossary' ? `onCommand:${button}` : `onContext:sft.learnt.${id}`,
      ]);
    });
  }
});
