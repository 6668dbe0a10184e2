import type { ChatTurn, Reply, Side } from '../../src/messages/chat';
import { element } from '../shared/dom';
import { TurnView, type TurnEvents } from './turn-view';

/** So near to the end counts as at the end, in px. */
const NEAR_END = 60;

/** The conversation. It follows what is written as long as the person is at its end. */
export class Transcript {
  /** Takes the focus: who has no mouse scrolls it by keys. */
  readonly node = element('div', {
    ...{ class: 'transcript', role: 'log', 'aria-live': 'off', 'aria-label': 'Conversation', tabindex: '0' },
  });
  private readonly views: TurnView[] = [];
  /** As the person left it. */
  private atEnd = true;
  private readonly hint = element('div', { class: 'hint' });

  /** @param eventsOf what a turn, by its number, tells */
  constructor(private readonly eventsOf: (turn: number) => TurnEvents) {
    const { node } = this;
    node.append(this.hint);
    node.addEventListener('scroll', () => {
      this.atEnd = this.isAtEnd();
    });
    // In a side panel that is made narrower everything gets longer.
    new ResizeObserver(() => {
      if (this.atEnd) this.toEnd();
    }).observe(node);
  }

  setHint(...nodes: Node[]): void {
    this.hint.replaceChildren(...nodes);
  }

  update(turns: readonly ChatTurn[], busy: boolean): void {
    const grown = turns.length > this.views.length;
    this.following(grown, () => {
      this.hint.hidden = turns.length > 0;
      while (this.views.length > turns.length) this.views.pop()!.node.remove();
      for (const [at, turn] of turns.entries()) {
        let view = this.views[at];
        if (view === undefined) {
          view = new TurnView(this.eventsOf(at));
          this.views.push(view);
          this.node.append(view.node);
        }
        view.update(turn, at === turns.length - 1, busy);
      }
    });
  }

  setReply(turn: number, reply: Reply): void {
    this.following(false, () => this.views[turn]?.setReply(reply));
  }

  addText(turn: number, side: Side, text: string): void {
    this.following(false, () => this.views[turn]?.addText(side, text));
  }

  private following(always: boolean, change: () => void): void {
    const atEnd = this.isAtEnd();
    change();
    if (always || atEnd) this.toEnd();
  }

  /** What stands there before the first question is read from its beginning. */
  private toEnd(): void {
    this.node.scrollTop = this.views.length === 0 ? 0 : this.node.scrollHeight;
  }

  private isAtEnd(): boolean {
    const { scrollHeight, scrollTop, clientHeight } = this.node;
    return scrollHeight - scrollTop - clientHeight < NEAR_END;
  }
}
