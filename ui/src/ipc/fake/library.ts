// A tenant's tree: enough places to get lost in, and one folder with hundreds of albums.
import type { LibraryNode } from "../bindings";
import { failureOf } from "./queue";
import type { TenantKind } from "./tenant";

type Tree = { [name: string]: Tree | number };

const PRODUCTS = Object.fromEntries(
  Array.from({ length: 240 }, (_, index) => [`Article ${String(10_000 + index * 37)}`, (index * 17) % 90]),
);

const TREE: Tree = {
  Marketing: {
    Spring: { Selects: 812, "Behind the scenes": 64, Retouched: {} },
    "Summer campaign": { "Key visuals": 12, Film: { "Rough cuts": 9, Master: 3 } },
    "Social media": 1204,
    "Out of home": 31,
  },
  Products: { "2025": PRODUCTS, "2026": { Packshots: 340, Lifestyle: 118, Details: 0 }, "Spare parts": 77 },
  Press: { Portraits: 48, "Logos and marks": 26, "Press releases": 112 },
  Events: { "Open day 2025": 530, "Trade fair Köln": { Stand: 88, Talks: 41 } },
  People: { Team: 96, "Employer branding": 210 },
  Archive: Object.fromEntries(
    Array.from({ length: 12 }, (_, n) => [String(2014 + n), { Shoots: 900 - n * 31, Film: 12 + n }]),
  ),
  Inbox: 4,
};

/** One level as long as an agency's that numbers its jobs. */
const HUGE: Tree = {
  ...TREE,
  Jobs: Object.fromEntries(
    Array.from({ length: 50_000 }, (_, n) => [`Job ${String(n + 1).padStart(5, "0")}`, n % 300]),
  ),
};

export class FakeLibrary {
  private readonly children = new Map<string, LibraryNode[]>();
  private next = 1;

  constructor(private readonly tenant: TenantKind) {
    this.plant("", "", tenant === "empty" ? {} : tenant === "huge" ? HUGE : TREE);
  }

  list(folder: string | null): LibraryNode[] {
    if (this.tenant === "failing") throw failureOf("NetworkTimeout", "nobody");
    return this.children.get(folder ?? "") ?? [];
  }

  search(text: string): LibraryNode[] {
    const wanted = text.toLocaleLowerCase();
    return [...this.children.values()]
      .flat()
      .filter((node) => node.name.toLocaleLowerCase().includes(wanted))
      .slice(0, 50);
  }

  create(kind: "folder" | "album", parent: string | null, name: string): LibraryNode | null {
    const siblings = this.list(parent);
    if (siblings.some((node) => node.kind === kind && node.name === name)) return null;
    const owner = [...this.children.values()].flat().find((node) => node.id === parent);
    const node = this.node(kind, name, owner?.path ?? "", 0);
    this.children.set(parent ?? "", [...siblings, node]);
    return node;
  }

  private plant(parent: string, path: string, tree: Tree): void {
    const nodes = Object.entries(tree).map(([name, inside]) => {
      const folder = typeof inside === "object";
      const node = this.node(folder ? "folder" : "album", name, path, folder ? Object.keys(inside).length : inside);
      if (folder) this.plant(node.id, node.path, inside);
      return node;
    });
    this.children.set(parent, nodes);
  }

  private node(kind: "folder" | "album", name: string, path: string, size: number): LibraryNode {
    return { kind, id: `${kind[0]}${this.next++}`, name, path: path ? `${path}/${name}` : name, size };
  }
}
