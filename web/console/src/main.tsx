import "uplot/dist/uPlot.min.css";
import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/frame.css";
import "./styles/parts.css";
import "./styles/forms.css";
import "./styles/tables.css";
import "./styles/charts.css";
import "./styles/experiments.css";
import "./styles/performance.css";
import "./styles/rules.css";

import { render } from "preact";

import { Console } from "./console";

const root = document.getElementById("app");
if (root) render(<Console />, root);
