import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/controls.css";
import { mount } from "svelte";
import App from "./App.svelte";
import { detectLanguage, locale } from "./i18n";
import { connect } from "./ipc";

locale.use(detectLanguage());

const target = document.getElementById("app");
if (!target) throw new Error("index.html has no #app");

mount(App, { target, props: { backend: await connect() } });
