// Short messages at the lower edge, also read out by screen readers.
import { sentenceOf } from "../errors/catalog";
import { toFailure } from "../ipc/failure";

/** A way back, offered as long as the message is shown. */
export interface NoticeAction {
  label: string;
  run: () => void;
}

export interface Notice {
  id: number;
  text: string;
  /** `ask`: something waits for somebody. */
  tone: "good" | "bad" | "ask";
  action?: NoticeAction;
}

const SHOWN_MS = 6000;

export class Notices {
  list = $state.raw<Notice[]>([]);
  private next = 1;

  say(text: string, action?: NoticeAction): void {
    this.add(text, "good", action);
  }

  ask(text: string, action: NoticeAction): void {
    this.add(text, "ask", action);
  }

  /** Runs an action; if it is refused, says why. */
  async attempt<T>(action: Promise<T>): Promise<T | undefined> {
    try {
      return await action;
    } catch (reason) {
      this.add(sentenceOf(toFailure(reason)), "bad");
      return undefined;
    }
  }

  dismiss(id: number): void {
    this.list = this.list.filter((notice) => notice.id !== id);
  }

  private add(text: string, tone: Notice["tone"], action?: NoticeAction): void {
    const id = this.next++;
    this.list = [...this.list.slice(-2), { id, text, tone, action }];
    setTimeout(() => this.dismiss(id), tone === "bad" || action ? SHOWN_MS * 2 : SHOWN_MS);
  }
}
