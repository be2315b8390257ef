import { defineConfig } from "vite";
import { applicationConfig } from "../../vite.shared";

export default defineConfig(applicationConfig("/playground/"));
