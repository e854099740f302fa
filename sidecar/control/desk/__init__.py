"""What people's decisions are written with: tickets, blocks, anchors. The only writers of their tables."""
