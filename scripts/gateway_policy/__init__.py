"""What a gateway can enforce: read from the marts, and written in the words of gateways."""
