// In a browser, files are dragged as DOM events and have names instead of paths.

const carriesFiles = (event: DragEvent): boolean => event.dataTransfer?.types.includes("Files") ?? false;

/** Files are dragged over the page, or no longer. */
export function onDomDrag(listener: (above: boolean) => void): () => void {
  const over = (event: DragEvent) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    if (event.type === "dragenter") listener(true);
  };
  const leave = (event: DragEvent) => {
    if (event.type === "drop" || event.relatedTarget === null) listener(false);
  };
  return listen({ dragenter: over, dragover: over, dragleave: leave, drop: leave });
}

export function onDomDrop(listener: (paths: string[]) => void): () => void {
  const drop = (event: DragEvent) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    listener([...(event.dataTransfer?.files ?? [])].map((file) => file.name));
  };
  return listen({ drop });
}

type Handlers = Partial<Record<"dragenter" | "dragover" | "dragleave" | "drop", (event: DragEvent) => void>>;

function listen(handlers: Handlers): () => void {
  const stop = new AbortController();
  for (const [name, handler] of Object.entries(handlers)) {
    window.addEventListener(name, handler as EventListener, { signal: stop.signal });
  }
  return () => stop.abort();
}
