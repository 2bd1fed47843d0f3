/** Writes Prometheus' alerting rules: `write-prometheus-alerts.js <file>`. */
import { writeFileSync } from "node:fs";

import { alertsFile, prometheusAlerts } from "#tools/monitoring/prometheus-alerts";

const [out = ""] = process.argv.slice(2);
writeFileSync(out, alertsFile(prometheusAlerts()));
