// One of the built webviews in a page of its own, with a test in the editor's place: what the view sends waits until the test answers,
// so that every order in which messages can pass each other can be tried.
import path from 'node:path';
import { shots } from '../../vscode/browser/window.mjs';
import { openPage } from '../pages.mjs';
import { themes } from '../themes.mjs';

export class View {
  /** @param pages as servePages gives them @param name of the view */
  static async open(browser, pages, name, width = 900) {
    const { page, errors } = await openPage(browser, `${pages.origin}/${name}`, {
      theme: 'dark',
      variables: themes.dark,
      width,
    });
    return new View(page, errors);
  }

  constructor(page, errors) {
    this.page = page;
    this.errors = errors;
  }

  async picture(name) {
    await this.page.screenshot({ path: path.join(shots, `${name}.png`) });
  }

  /** Sends the view messages, lists under `numbers` as columns of numbers; it has read them when this resolves. */
  async deliver(...messages) {
    await this.page.evaluate((values) => {
      const revived = (value) => {
        if (typeof value !== 'object' || value === null) return value;
        if (Array.isArray(value)) return value.map(revived);
        if ('numbers' in value) return Float64Array.from(value.numbers);
        return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, revived(item)]));
      };
      for (const data of values) window.dispatchEvent(new MessageEvent('message', { data: revived(data) }));
    }, messages);
  }

  /** What the view has sent of this type, oldest first. */
  async sent(type) {
    return await this.page.evaluate((wanted) => window.sent.filter((one) => one.type === wanted), type);
  }

  /** The label, or text, of what has the focus. */
  async focused() {
    return await this.page.evaluate(() => {
      const node = document.activeElement;
      return node.getAttribute('aria-label') ?? node.labels?.[0]?.textContent ?? node.textContent;
    });
  }
}
