// What axe-core finds wrong for people who do not see a page, or see it badly.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const axe = readFileSync(fileURLToPath(import.meta.resolve('axe-core/axe.min.js')), 'utf8');
const SERIOUS = ['serious', 'critical'];

/**
 * The serious and critical faults of what a page, or a frame of one, shows now.
 * @returns a text for each: its rule, what is wrong, and the first places
 */
export async function seriousFaults(page) {
  // Evaluated and not added as a script: the page's policy takes none but its own.
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => window.axe.run({ resultTypes: ['violations'] }));
  return violations
    .filter(({ impact }) => SERIOUS.includes(impact))
    .map(({ id, nodes }) => {
      const places = nodes
        .slice(0, 3)
        .map(({ html, failureSummary }) => `${html.slice(0, 160)}\n    ${failureSummary}`);
      return `${id}, at ${nodes.length} places:\n  ${places.join('\n  ')}`;
    });
}
