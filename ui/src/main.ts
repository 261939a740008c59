import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/controls.css";
import { mount } from "svelte";
import App from "./App.svelte";
import { detectLanguage, locale } from "./i18n";
import { connect } from "./ipc";

performance.mark("m script");
locale.use(detectLanguage());

const target = document.getElementById("app");
if (!target) throw new Error("index.html has no #app");

const backend = await connect();
performance.mark("m connected");
mount(App, { target, props: { backend } });
performance.mark("m mounted");
