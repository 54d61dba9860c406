#!/usr/bin/env node
// Its own package by name: source in the workspace, JavaScript in what npm installs.
import "@guildhall/cli";
