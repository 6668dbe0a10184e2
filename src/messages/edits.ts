/**
 * Who owns the values of a form that the editor's states fill in and a person changes. A state may have been sent before the editor
 * heard of the last change; writing it into the form would undo what the person did, and the next change would send the old values
 * back. So the view numbers its changes, from 1 in each of its lives; the editor answers each with a state and says in every state
 * which change it knows of last. A state that does not know of the person's last change leaves the form as it is: the one that does is
 * on its way.
 */
export class Edits {
  private last = 0;

  /** @returns the number of a change that the person makes now; it goes with the message that tells of it */
  next(): number {
    this.last += 1;
    return this.last;
  }

  /** @param edit the last change that a state knows of, 0 for none @returns whether its values may be shown */
  areKnownBy(edit: number): boolean {
    return edit >= this.last;
  }
}
