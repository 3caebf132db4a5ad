"""What is printed and exported: pages to read, PDFs, data, proofs, and the ZIP that holds them."""
