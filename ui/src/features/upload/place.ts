import type { Destination, LibraryNode } from "../../ipc";

export const TOP_OF_LIBRARY: Destination = { kind: "library", id: "", path: "" };

export function toDestination({ kind, id, path }: LibraryNode): Destination {
  return { kind, id, path };
}
