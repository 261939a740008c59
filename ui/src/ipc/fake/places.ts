// Upload Links and Workspaces of the one fake tenant that lets programs use them, `studio.canto.com`.
import type { AccountView, LibraryNode, PlaceOffer, PlaceView } from "../bindings";
import { failureOf } from "./queue";

const LINK: PlaceView = {
  kind: "upload_link",
  name: "Press photos",
  owner: "Mara Lindqvist",
  library: "Acme",
  folders: false,
  reviewed: false,
  album: "link-1",
  trouble: null,
};

const OFFERS: Record<string, PlaceOffer> = {
  press: { place: LINK, sign_in: false, asks_email: false, asks_password: false, sees_others: false },
  agency: {
    place: { ...LINK, name: "Agency deliveries", reviewed: true, album: "link-2" },
    sign_in: false,
    asks_email: true,
    asks_password: true,
    sees_others: true,
  },
  over: {
    place: { ...LINK, name: "Spring open call", trouble: "PlaceExpired" },
    sign_in: false,
    asks_email: false,
    asks_password: false,
    sees_others: false,
  },
  brand: {
    place: { ...LINK, kind: "workspace", name: "Brand team", folders: true, album: null },
    sign_in: true,
    asks_email: false,
    asks_password: false,
    sees_others: true,
  },
};

/** What is told of the place at an address; null where the tenant lists nothing of the kind. */
export function offerAt(host: string, path: string[]): PlaceOffer | null {
  if (host !== "studio.canto.com") return null;
  const offer = OFFERS[path[1] ?? ""];
  if (!offer) throw failureOf("PlaceMissing", "owner");
  return offer;
}

export const PASSWORD = "hush-hush";

/** As the tenant lets somebody in, or not. */
export function enter({ place, asks_password }: PlaceOffer, password: string | null): PlaceView {
  if (place.trouble) throw failureOf(place.trouble, "owner", { place: place.name, owner: place.owner });
  if (asks_password && password !== PASSWORD) {
    throw failureOf("PlacePasswordWrong", "you", { place: place.name, owner: place.owner });
  }
  return place;
}

export const accountIn = (place: PlaceView, id: number): AccountView => ({
  id,
  tenant: "studio.canto.com",
  tenant_url: "https://studio.canto.com",
  user_name: place.kind === "workspace" ? "Mira Sonntag" : `Guest of ${place.name}`,
  email: "",
  kind: place.kind === "workspace" ? "browser" : "client_credentials",
  state: place.trouble ? "sign_in_required" : "signed_in",
  rights: ["upload"],
  place,
});

export const CLOSED: PlaceView = { ...LINK, trouble: "PlaceClosed" };
export const OPEN: PlaceView = LINK;

/** The tree of a place: one album, or a Workspace's own. */
export function treeOf(place: PlaceView): LibraryNode[] {
  const node = (id: string, name: string): LibraryNode => ({ kind: "album", id, name, path: name, size: 4 });
  return place.album ? [node(place.album, place.name)] : [node("w1", "Logos"), node("w2", "Photos")];
}
