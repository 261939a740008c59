import type { Attachment } from "svelte/attachments";

/**
 * For a dialog, in place of `onclose`: said once, and before the next key. The browser gives the focus back at once and says
 * that it closed some time later; a key between the two would open it again, and that word would close it.
 */
export function closing(onclose: () => void): Attachment<HTMLDialogElement> {
  return (dialog) => {
    let over = false;
    const ended = () => {
      if (over) return;
      over = true;
      onclose();
    };
    dialog.close = (value?: string) => {
      HTMLDialogElement.prototype.close.call(dialog, value);
      queueMicrotask(ended);
    };
    const cancelled = (event: Event) => {
      if (event.target !== dialog) return;
      event.preventDefault();
      dialog.close();
    };
    dialog.addEventListener("cancel", cancelled);
    dialog.addEventListener("close", ended);
    return () => {
      over = true;
      dialog.removeEventListener("cancel", cancelled);
      dialog.removeEventListener("close", ended);
    };
  };
}
