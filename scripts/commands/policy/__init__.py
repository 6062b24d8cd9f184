"""What gateways enforce before a call is made."""
