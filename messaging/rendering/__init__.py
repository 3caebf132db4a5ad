"""Write the list and a page of a conversation as HTML, as the elements of the browser show them."""
