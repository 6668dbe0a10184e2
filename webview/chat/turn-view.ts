import type { ChatChoice, ChatTurn, Reply, Side } from '../../src/messages/chat';
import type { Outcome } from '../../src/messages/requests';
import { element } from '../shared/dom';
import { iconButton, textButton } from './buttons';
import { ReplyCard } from './reply-card';
import { fit, textField } from './text-field';

export interface TurnEvents {
  onResend(question: string): Promise<Outcome<undefined>>;
  onCopy(text: string): Promise<Outcome<undefined>>;
  onRetry(side: Side): Promise<Outcome<undefined>>;
  onEdit(): Promise<Outcome<readonly ChatChoice[]>>;
  onSave(side: Side, answer: string, target: string): Promise<Outcome<undefined>>;
}

/** A question with its answers. */
export class TurnView {
  readonly node = element('article', { class: 'turn' });
  private readonly question = element('p', { class: 'words' });
  private readonly head: HTMLElement;
  private readonly edit: HTMLButtonElement;
  private readonly replies = element('div', { class: 'replies' });
  private readonly cards = new Map<Side, ReplyCard>();
  private turn: ChatTurn | undefined;
  private last = false;
  private busy = false;

  constructor(private readonly events: TurnEvents) {
    this.edit = iconButton('edit', 'Edit and ask again', () => {
      this.startEditing();
    });
    this.head = element(
      'div',
      { class: 'question' },
      element('h2', { class: 'unseen' }, 'You'),
      this.question,
      this.edit,
    );
    this.node.append(this.head, this.replies);
  }

  update(turn: ChatTurn, last: boolean, busy: boolean): void {
    this.turn = turn;
    this.last = last;
    this.busy = busy;
    this.question.textContent = turn.question;
    this.edit.disabled = busy;
    for (const reply of turn.replies) this.setReply(reply);
    for (const [side, card] of this.cards) {
      if (turn.replies.some((reply) => reply.side === side)) continue;
      card.node.remove();
      this.cards.delete(side);
    }
  }

  setReply(reply: Reply): void {
    const { side } = reply;
    let card = this.cards.get(side);
    if (card === undefined) {
      card = new ReplyCard({
        onCopy: (text) => this.events.onCopy(text),
        onRetry: () => this.events.onRetry(side),
        onEdit: () => this.events.onEdit(),
        onSave: (answer, target) => this.events.onSave(side, answer, target),
      });
      this.cards.set(side, card);
      if (side === 'left') this.replies.prepend(card.node);
      else this.replies.append(card.node);
    }
    card.update(reply, this.last, this.busy);
  }

  addText(side: Side, text: string): void {
    this.cards.get(side)?.addText(text);
  }

  private startEditing(): void {
    const { turn, head } = this;
    if (turn === undefined) return;
    const problem = element('p', { class: 'problem', role: 'alert' });
    const end = (): void => {
      form.replaceWith(head);
      this.edit.focus();
    };
    let asking = false;
    const ask = async (): Promise<void> => {
      if (asking) return;
      asking = true;
      const { problem: said } = await this.events.onResend(field.value);
      asking = false;
      problem.textContent = said ?? '';
      if (said === undefined && form.isConnected) end();
    };
    const field = textField({
      label: 'The edited question',
      value: turn.question,
      onEnter: () => void ask(),
      onEscape: end,
    });
    const form = element(
      'div',
      { class: 'question editing' },
      field,
      problem,
      this.last ? undefined : element('p', { class: 'help' }, 'Everything after it is removed.'),
      element(
        'div',
        { class: 'actions' },
        textButton('Ask Again', () => void ask()),
        textButton('Cancel', end, true),
      ),
    );
    head.replaceWith(form);
    fit(field);
    field.focus();
    field.select();
  }
}
