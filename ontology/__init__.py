"""The terms of the policy graph and the authority data it rests on: strategies and administrative divisions."""
