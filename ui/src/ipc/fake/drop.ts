// In a browser, files are dragged as DOM events and have names instead of paths.
import type { DropEvent } from "../backend";

export function onDomDrop(listener: (event: DropEvent) => void): () => void {
  const carriesFiles = (event: DragEvent) => event.dataTransfer?.types.includes("Files") ?? false;
  const over = (event: DragEvent) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    if (event.type === "dragenter") listener({ type: "hover" });
  };
  const leave = (event: DragEvent) => {
    if (event.relatedTarget === null) listener({ type: "leave" });
  };
  const drop = (event: DragEvent) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    listener({ type: "drop", paths: [...(event.dataTransfer?.files ?? [])].map((file) => file.name) });
  };
  const stop = new AbortController();
  const { signal } = stop;
  window.addEventListener("dragenter", over, { signal });
  window.addEventListener("dragover", over, { signal });
  window.addEventListener("dragleave", leave, { signal });
  window.addEventListener("drop", drop, { signal });
  return () => stop.abort();
}
